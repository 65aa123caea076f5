"""An Airbyte source for Pinterest: the version, and the source class for those who embed it.

The class is imported when it is first asked for, so that naming the package does not load the whole framework.
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
