"""Examining an account of ActiveCampaign: its open points are asked of itself."""
