IMPORT = ("POST", "/api/3/import/bulk_import")
