"""The app's pages: a folder is a page, but for those that pages share (visit, parts, map, gallery, experiments)."""
