"""What a refusal is about: nobody being signed in, another sign-in that is needed, or the key given for everybody."""

from webapp.client.call import Call
from webapp.client.choice import choose, lacking
from webapp.client.config import ClientConfig
from webapp.client.credentials import Credentials
from webapp.client.lost import may_mean_signed_out, says_signed_out
from webapp.client.schemes import Guide
from webapp.client.wire import Answer, decode_body
from webapp.errors import APIError, Forbidden, KeyRefused, Unauthorized


def explained(
    config: ClientConfig, credentials: Credentials, guide: Guide, call: Call, got: Answer, error: APIError
) -> APIError:
    """The error that an answer amounts to, or the one that tells more."""
    if call.plain:
        return error
    if _is_about_given_key(config, credentials, guide, call, got, error):
        return KeyRefused(
            "The API doesn't accept the key that this site is configured with. No sign-in helps; whoever runs the site "
            "has to set it right.",
            api_status=error.api_status,
            request_id=call.request_id,
        )
    if not isinstance(error, Unauthorized | Forbidden) and not credentials.present and _is_for_strangers(got):
        error = Unauthorized(error.detail, api_status=error.api_status, request_id=call.request_id)
    if isinstance(error, Unauthorized | Forbidden):
        error.lacks = _lacks(config, credentials, call, error)
    return error


def _is_about_given_key(
    config: ClientConfig, credentials: Credentials, guide: Guide, call: Call, got: Answer, error: APIError
) -> bool:
    """Whether that key is all that this call had to go with, and all that it needs."""
    if config.api_key is None or not isinstance(error, Unauthorized | Forbidden):
        return False
    if isinstance(error, Forbidden) and not says_signed_out(got.response, *decode_body(got), got.content):
        return False
    if not call.wanted or not any(call.wanted):
        return not credentials.present and not guide.open_to_sign_in
    choice = choose(credentials, call.wanted, config.api_key)
    return choice.whole is not None and not choice.own and not choice.added


def _is_for_strangers(got: Answer) -> bool:
    data, text = decode_body(got)
    return got.response.status_code != 403 and may_mean_signed_out(got.response, data, text, got.content)


def _lacks(config: ClientConfig, credentials: Credentials, call: Call, error: APIError) -> list[list[str]]:
    choice = choose(credentials, call.wanted, config.api_key)
    if choice.whole is None:
        return lacking(credentials, call.wanted, config.api_key)
    if isinstance(error, Forbidden):
        return []
    # What was sent isn't accepted here, though the session goes on: what was added is to be had anew, or another one.
    return [list(choice.added) or [scheme.name for scheme in choice.whole]]
