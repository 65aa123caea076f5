"""Businesses, their people and what they have; followers, and what a profile is connected with."""
