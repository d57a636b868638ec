"""Screenshots of the pages, taken in Chromium from a sample installation."""
