"""Running it every night, unattended: settings, the log, the metrics, and the doctor that looks after them."""
