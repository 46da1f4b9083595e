import pytest

from tests.template.expanded import INSTANCE_ARN, Template


@pytest.fixture(scope="session")
def template() -> Template:
    """As it deploys on AWS, with a Connect instance."""
    return Template(ConnectInstanceArn=INSTANCE_ARN)


@pytest.fixture(scope="session")
def bare_template() -> Template:
    """As it deploys on AWS with nothing but defaults."""
    return Template()


@pytest.fixture(scope="session")
def local_template() -> Template:
    return Template(LocalEmulator="true", ConnectInstanceArn=INSTANCE_ARN)
