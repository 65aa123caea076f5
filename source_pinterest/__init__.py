"""An Airbyte source for Pinterest: its version, and the source class for programs that embed it.

The class is imported on first access, so that importing the package does not load the framework.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from source_pinterest.source import SourcePinterest

__all__ = ["SourcePinterest", "__version__"]

__version__ = "3.0.0"


def __getattr__(name: str) -> Any:
    if name == "SourcePinterest":
        return import_module("source_pinterest.source").SourcePinterest
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
