"""The Atlas: linked maps of the same items in several spaces, drawn in the browser, in the app and as one file."""
