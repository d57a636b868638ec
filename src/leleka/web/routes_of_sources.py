"""The pages of data sources and of the relationships between them: a part of the table in ``web.routes``."""

from typing import Final

from leleka.services.access.permissions import Permission
from leleka.web.pages import system
from leleka.web.pages.data import (
    columns,
    quality,
    relationships,
    source_add,
    source_drafts,
    source_form,
    sources,
)
from leleka.web.route import BOTH, POST, Route

SOURCES: Final[tuple[Route, ...]] = (
    Route("data/sources", sources.index, "sources", Permission.SEE),
    Route("data/sources/add", source_add.add, "source_add", Permission.EDIT_SOURCES),
    Route("data/sources/uploads", source_add.upload, "source_upload", Permission.EDIT_SOURCES, POST),
    Route("data/sources/look", source_add.look, "source_look", Permission.EDIT_SOURCES, POST),
    Route("data/sources/check", source_add.check, "source_check", Permission.EDIT_SOURCES, POST),
    Route("data/sources/drafts", source_drafts.show, "source_drafts", Permission.EDIT_SOURCES, BOTH),
    Route("data/sources/new/<int:number>", source_form.new, "source_new", Permission.EDIT_SOURCES, BOTH),
    Route("data/sources/refresh", system.refresh_sources, "sources_refresh", Permission.EDIT_SOURCES, POST),
    Route("data/sources/<int:number>", sources.show, "source", Permission.SEE),
    Route("data/sources/<int:number>/table", sources.table, "source_table", Permission.SEE),
    Route("data/sources/<int:number>/values", sources.values, "source_values", Permission.SEE),
    Route("data/sources/<int:number>/classes", columns.show, "source_classes", Permission.SEE),
    Route(
        "data/sources/<int:number>/columns", columns.classify, "source_classify", Permission.CLASSIFY, POST
    ),
    Route("data/sources/<int:number>/edit", source_form.edit, "source_edit", Permission.EDIT_SOURCES, POST),
    Route("data/sources/<int:number>/file", source_add.replace, "source_file", Permission.EDIT_SOURCES, POST),
    Route("data/sources/<int:number>/remove", sources.remove, "source_remove", Permission.EDIT_SOURCES, BOTH),
    Route(
        "data/sources/<int:number>/refresh",
        system.refresh_source,
        "source_refresh",
        Permission.EDIT_SOURCES,
        POST,
    ),
    Route("data/sources/<int:number>/quality", quality.panel, "source_quality", Permission.SEE),
    Route(
        "data/sources/<int:number>/expectations",
        quality.expectations,
        "source_expectations",
        Permission.EDIT_SOURCES,
        BOTH,
    ),
    Route(
        "data/sources/<int:number>/expectations/suggestions",
        quality.suggestions,
        "source_suggestions",
        Permission.EDIT_SOURCES,
    ),
    Route("data/sources/<int:number>/accept", quality.accept, "source_accept", Permission.EDIT_SOURCES, POST),
    Route("data/relationships", relationships.index, "relationships", Permission.SEE),
    Route("data/relationships/add", relationships.add, "relationship_add", Permission.EDIT_SOURCES, BOTH),
    Route(
        "data/relationships/suggest",
        relationships.suggest,
        "relationships_suggest",
        Permission.EDIT_SOURCES,
        POST,
    ),
    Route(
        "data/relationships/suggested/<int:number>",
        relationships.suggested,
        "relationships_suggested",
        Permission.EDIT_SOURCES,
    ),
    Route(
        "data/relationships/accept",
        relationships.accept,
        "relationships_accept",
        Permission.EDIT_SOURCES,
        POST,
    ),
    Route(
        "data/relationships/<int:number>", relationships.edit, "relationship", Permission.EDIT_SOURCES, BOTH
    ),
    Route(
        "data/relationships/<int:number>/remove",
        relationships.remove,
        "relationship_remove",
        Permission.EDIT_SOURCES,
        BOTH,
    ),
)
