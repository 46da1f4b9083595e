"""What every command on a live instance is told: which instance, and how to reach AWS."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from operations.connect.aws import Aws, named_instance, region_of


def aws_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --region, --profile and --endpoint-url; the command gets them as `aws`."""

    @click.option("--region", help="Of the instance, unless its ARN or a record tells it.")
    @click.option("--profile", help="Of your AWS configuration. Else as the AWS CLI chooses.")
    @click.option("--endpoint-url", metavar="URL", help="Ask another than AWS, for tests.")
    @wraps(command)
    def with_aws(
        *, region: str | None, profile: str | None, endpoint_url: str | None, **others: Any
    ) -> Any:
        return command(aws=Aws(region, profile, endpoint_url), **others)

    return with_aws


def instance_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --instance and the `aws_options`; the command gets `instance_id` and `aws`."""

    @click.option("--instance", required=True, metavar="ARN", help="The instance's ARN, or its id.")
    @aws_options
    @wraps(command)
    def with_instance(*, instance: str, aws: Aws, **others: Any) -> Any:
        named = named_instance(instance)
        there = Aws(region_of(named, aws.region), aws.profile, aws.endpoint_url)
        return command(instance_id=named.id, aws=there, **others)

    return with_instance
