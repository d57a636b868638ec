"""Measures the pages and the API over a full store: ``python -m scripts.bench_pages``."""
