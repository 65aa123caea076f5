"""Businesses, who belongs to them and what they have."""
