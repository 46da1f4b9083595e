from tests.contract.stores import Directory


def test_user_is_known_by_name(directory: Directory) -> None:
    alice, bob = directory.hire("alice"), directory.hire("bob")

    assert directory.port.user_name(alice) == "alice"
    assert directory.port.user_name(bob) == "bob"


def test_user_who_is_not_there_has_no_name(directory: Directory) -> None:
    directory.hire("alice")

    assert directory.port.user_name("nobody") is None
