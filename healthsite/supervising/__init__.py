"""One command for one machine: installs what is missing, then starts and watches Redis, worker, beat and web."""
