"""Leleka exports segments of customer profiles to ActiveCampaign lists."""

__version__ = "0.2.0"
