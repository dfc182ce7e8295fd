"""Server processes of one machine (`touchstream/brokers/processes.py`)."""

from touchstream.brokers.processes import free_port


def test_a_process_is_given_no_port_twice() -> None:
    """Two servers that are about to start would both want it. Of so many, the kernel alone repeats some."""
    ports = [free_port() for _ in range(2_000)]

    assert len(set(ports)) == len(ports)
