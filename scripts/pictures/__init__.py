"""Pictures of the pages, taken in a Chromium from a made-up installation."""
