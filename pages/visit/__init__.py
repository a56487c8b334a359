"""Who looks at what, and what is kept between reruns."""
