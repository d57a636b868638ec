"""Every page of the product with the permission it needs: a page that is not listed here does not exist, and
a permission that is not named is not granted. Services check again; this table defines the menu and the
generated tests.
"""

from typing import Any, Final
from urllib.parse import quote

from django.http import HttpResponse
from django.http.response import HttpResponseBase

from leleka.services.access.permissions import Permission, allows
from leleka.web.connection_routes import CONNECTION_ROUTES
from leleka.web.pages import (
    account,
    audit,
    charts,
    errors,
    export_schedules,
    exports,
    health,
    home,
    measures,
    notices,
    people,
    reconciliation,
    runs,
    sign_in,
    system,
    system_schedule,
    tasks,
)
from leleka.web.request import Request
from leleka.web.responses import go, is_htmx
from leleka.web.route import BOTH, GET, POST, Route, View
from leleka.web.routes_of_customers import CUSTOMERS
from leleka.web.routes_of_segments import SEGMENT_ROUTES
from leleka.web.routes_of_sources import SOURCES

EDIT: Final = Permission.EDIT_SHARED_EXPORTS
SEGMENTS: Final = Permission.EDIT_SEGMENTS


ROUTES: Final[tuple[Route, ...]] = (
    Route("", home.show, "home", Permission.SEE),
    Route("sign-in", sign_in.sign_in, "sign_in", methods=GET + POST, public=True),
    Route("sign-out", sign_in.sign_out, "sign_out", methods=POST),
    Route("welcome/<str:token>", sign_in.welcome, "welcome", methods=GET + POST, public=True),
    Route("language", account.language, "language", methods=POST, public=True),
    Route("healthz", health.healthz, "healthz", public=True),
    Route("readyz", health.readyz, "readyz", public=True),
    Route("metrics", health.metrics, "metrics", public=True),
    Route("account", account.show, "account"),
    Route("account/password", account.change_password, "account_password", methods=POST),
    Route("account/tokens", account.make_token, "token_make", methods=POST),
    Route("account/tokens/<int:number>/remove", account.remove_token, "token_remove", methods=POST),
    Route("account/notices", account.choose_mail, "account_notices", methods=POST),
    Route("notices", notices.index, "notices", Permission.SEE),
    Route("notices/bell", notices.bell, "bell", Permission.SEE),
    Route("notices/seen", notices.seen, "notices_seen", Permission.SEE, POST),
    Route("admin/system/notices", notices.system, "system_notices", Permission.SYSTEM),
    Route("admin/system/notices/test", notices.test, "notices_test", Permission.SYSTEM, POST),
    *CONNECTION_ROUTES,
    Route("admin/audit", audit.index, "audit", Permission.AUDIT),
    Route("admin/audit/download", audit.download, "audit_download", Permission.AUDIT),
    Route("admin/audit/verify", audit.verify, "audit_verify", Permission.AUDIT, POST),
    Route("admin/permissions", people.index, "people", Permission.PEOPLE),
    Route("admin/permissions/tokens", people.tokens, "tokens", Permission.PEOPLE),
    Route(
        "admin/permissions/tokens/<int:number>/revoke",
        people.revoke,
        "token_revoke",
        Permission.PEOPLE,
        POST,
    ),
    Route("admin/permissions/add", people.add, "person_add", Permission.PEOPLE, GET + POST),
    Route("admin/permissions/<int:number>", people.edit, "person", Permission.PEOPLE, GET + POST),
    Route("admin/permissions/<int:number>/link", people.link, "person_link", Permission.PEOPLE, POST),
    Route(
        "admin/permissions/<int:number>/disable", people.disable, "person_disable", Permission.PEOPLE, POST
    ),
    Route("admin/permissions/<int:number>/enable", people.enable, "person_enable", Permission.PEOPLE, POST),
    Route("admin/system", system.index, "system", Permission.SEE),
    Route("admin/system/refresh", system.refresh_all, "system_refresh", Permission.SYSTEM, GET + POST),
    Route("admin/system/schedule", system_schedule.show, "system_schedule", Permission.SEE),
    Route(
        "admin/system/schedule/save", system_schedule.save, "system_schedule_save", Permission.SYSTEM, POST
    ),
    Route(
        "admin/system/schedule/preview",
        system_schedule.preview,
        "system_schedule_preview",
        Permission.SYSTEM,
        POST,
    ),
    Route("admin/system/about", system.about, "system_about", Permission.SEE),
    Route("admin/system/runs", system.history, "task_runs", Permission.SEE),
    Route("admin/system/refreshes/<int:number>", system.refresh, "refresh", Permission.SEE),
    Route("admin/system/refreshes/<int:number>/task", system.task, "refresh_task", Permission.SEE),
    Route(
        "admin/system/refreshes/<int:number>/cancel",
        system.cancel,
        "refresh_cancel",
        Permission.EDIT_SEGMENTS,
        POST,
    ),
    *CUSTOMERS,
    *SOURCES,
    Route("data/measures", measures.index, "measures", Permission.SEE),
    Route("data/measures/add", measures.add, "measure_add", SEGMENTS, BOTH),
    Route("data/measures/<int:number>", measures.show, "measure", Permission.SEE),
    Route("data/measures/<int:number>/edit", measures.edit, "measure_edit", SEGMENTS, BOTH),
    Route("data/measures/<int:number>/remove", measures.remove, "measure_remove", SEGMENTS, BOTH),
    Route("data/measures/<int:number>/refresh", system.refresh_measure, "measure_refresh", SEGMENTS, POST),
    Route("data/exports", exports.index, "exports", Permission.SEE),
    Route("data/exports/add", exports.add, "export_add", Permission.EDIT_SHARED_EXPORTS, GET + POST),
    Route("data/exports/offers", exports.offers, "export_offers", Permission.CHOOSE_CONNECTIONS, POST),
    Route("data/exports/options", exports.options, "export_options", Permission.CHOOSE_CONNECTIONS, POST),
    Route("data/exports/sums", exports.sums, "export_sums", Permission.CHOOSE_CONNECTIONS, POST),
    Route("data/exports/run", exports.run_chosen, "exports_run", Permission.EDIT_SHARED_EXPORTS, POST),
    Route(
        "data/exports/detach", exports.detach, "exports_detach", Permission.EDIT_SHARED_EXPORTS, GET + POST
    ),
    Route(
        "data/exports/remove", exports.remove, "exports_remove", Permission.EDIT_SHARED_EXPORTS, GET + POST
    ),
    Route(
        "data/exports/schedule",
        export_schedules.edit,
        "exports_schedule",
        Permission.EDIT_SHARED_EXPORTS,
        GET + POST,
    ),
    Route(
        "data/exports/schedule/preview",
        export_schedules.preview,
        "exports_schedule_preview",
        Permission.EDIT_SHARED_EXPORTS,
        POST,
    ),
    Route("data/exports/<int:number>", exports.show, "export", Permission.SEE),
    Route("data/exports/<int:number>/chart", charts.export, "export_chart", Permission.SEE),
    Route("data/exports/<int:number>/view", exports.settings, "export_view", Permission.SEE),
    Route(
        "data/exports/<int:number>/edit",
        exports.edit,
        "export_edit",
        Permission.EDIT_SHARED_EXPORTS,
        GET + POST,
    ),
    Route(
        "data/exports/<int:number>/rebuild-ledger",
        exports.rebuild_ledger,
        "export_rebuild_ledger",
        Permission.EDIT_SHARED_EXPORTS,
        POST,
    ),
    Route("data/exports/<int:number>/reconcile/live", reconciliation.live, "reconcile_live", Permission.SEE),
    Route(
        "data/exports/<int:number>/reconcile/people", reconciliation.people, "reconciliation", Permission.SEE
    ),
    Route("data/exports/<int:number>/reconcile", reconciliation.begin, "reconcile", EDIT, POST),
    Route(
        "data/exports/<int:number>/reconcile/cancel", reconciliation.cancel, "reconcile_cancel", EDIT, POST
    ),
    Route(
        "data/exports/<int:number>/reconcile/repair", reconciliation.repair, "reconcile_repair", EDIT, BOTH
    ),
    Route("data/exports/<int:number>/run", exports.run, "export_run", Permission.EDIT_SHARED_EXPORTS, POST),
    Route(
        "data/exports/<int:number>/preview",
        exports.preview,
        "export_preview",
        Permission.EDIT_SHARED_EXPORTS,
        POST,
    ),
    Route("data/runs", runs.index, "runs", Permission.SEE),
    Route("data/runs/<int:number>", runs.show, "run", Permission.SEE),
    Route("data/runs/<int:number>/live", runs.live, "run_live", Permission.SEE),
    Route("data/runs/<int:number>/chart", charts.run, "run_chart", Permission.SEE),
    Route("data/runs/<int:number>/rows", runs.rows, "run_rows", Permission.SEE),
    Route("data/runs/<int:number>/download", runs.download, "run_download", Permission.DOWNLOAD_PERSONAL),
    Route("data/runs/<int:number>/cancel", runs.cancel, "run_cancel", Permission.EDIT_SHARED_EXPORTS, POST),
    Route("data/runs/<int:number>/confirm", runs.confirm, "run_confirm", Permission.CONFIRM, POST),
    *SEGMENT_ROUTES,
    Route("tasks/<int:number>", tasks.show, "task", Permission.SEE),
)


def guarded(route: Route) -> View:
    """Return the view guarded by its permission and its methods."""

    def view(request: Request, **parts: Any) -> HttpResponseBase:
        if request.method not in route.methods:
            return errors.not_here(request, route.methods)
        if _has_nul(request):
            return errors.bad_request(request)
        actor = request.actor
        if not route.public:
            if actor is None:
                return _to_sign_in(request)
            if route.needs is not None and not allows(actor, route.needs):
                return errors.forbidden(request)
        return route.view(request, **parts)

    return view


def _has_nul(request: Request) -> bool:
    """Return whether a parameter or a field contains a character that PostgreSQL does not accept
    (input 112).
    """
    given = (*request.GET.lists(), *request.POST.lists())
    return any("\0" in text for name, values in given for text in (name, *values))


def _to_sign_in(request: Request) -> HttpResponse:
    wanted = request.get_full_path() if request.method == "GET" and not is_htmx(request) else "/"
    return go(request, f"/sign-in?next={quote(wanted)}")
