"""Leleka carries segments of unified customer profiles into ActiveCampaign lists."""

__version__ = "0.2.0"
