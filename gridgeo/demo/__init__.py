"""The demo grounds and the synthetic bank over them."""
