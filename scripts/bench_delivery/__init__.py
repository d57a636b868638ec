"""Measures the delivery with many profiles: ``python -m scripts.bench_delivery``."""
