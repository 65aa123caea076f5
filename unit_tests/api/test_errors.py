"""Each error has a type, survives copying, and says what the user has to do."""

from airbyte_cdk.models import FailureType

from source_pinterest.api import errors

WORDS = 'Pinterest answered "No" (HTTP 403)'


def test_each_error_has_a_type_and_survives_copying() -> None:
    for error, kind in [
        (errors.ConfigError("Do this."), FailureType.config_error),
        (errors.RightMissingError("Do this."), FailureType.config_error),
        (errors.FatalError("Do this.", kind=FailureType.transient_error), FailureType.transient_error),
        (errors.GoneError("Do this."), FailureType.config_error),
        (errors.NothingLeftError("pins", 2, WORDS), FailureType.transient_error),
        (errors.RejectedError("Do this."), FailureType.system_error),
        (errors.UnavailableError("Do this."), FailureType.transient_error),
    ]:
        assert error.failure_type is kind, error
