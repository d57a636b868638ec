"""Measures the pages and the API with a large amount of data: ``python -m scripts.bench_pages``."""
