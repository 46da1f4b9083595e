"""What every `operations audit` command is told: which stack, and how to reach AWS."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from operations.audit import role, trail
from operations.connect.aws import Aws, AwsRefused
from operations.connect.options import aws_options

INTERRUPTED = 130
"""As shells have it for Ctrl-C."""


def trail_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --stack and the `aws_options`; the command gets `found` (its `Trail`) and `aws`.

    `aws` asks as the stack's AuditOperatorRole, where the stack has one. What AWS refuses is said
    in a sentence, and the command exits 2.
    """

    @click.option("--stack", required=True, metavar="NAME", help="The deployed stack's name.")
    @aws_options
    @wraps(command)
    def with_trail(*, stack: str, aws: Aws, **others: Any) -> Any:
        try:
            found = trail.find(aws, stack)
            operator = role.assume(aws, found.role_arn) if found.role_arn else aws
            return command(found=found, aws=operator, **others)
        except AwsRefused as refused:
            refused.show()
            sys.exit(2)

    return with_trail
