"""Hands over to setuptools; pyproject.toml declares the package."""

from setuptools import setup

setup()
