"""The example is used from the command line; it serves no page."""
urlpatterns = []
