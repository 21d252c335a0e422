"""Which server provkit models: named by reports and by `--version`."""

MODELLED_SERVER = "lms-canvas-3rdparty-provisioning 6.1.2-SNAPSHOT"
