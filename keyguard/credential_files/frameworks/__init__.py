"""Configuration of applications: WordPress and other PHP, Django, Flask, Rails, Laravel, Spring, ASP.NET."""
