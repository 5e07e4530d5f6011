"""One step, one class, one file. Order and place of each are in settings.ITEM_PIPELINES."""
