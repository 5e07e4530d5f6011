"""What keeps a hostile site from doing harm, as pure functions."""
