"""The adapters that come with Touchstream, and the catalogues of the public data sets they read."""
