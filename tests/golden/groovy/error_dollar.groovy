def price = "5 $ each"  // expect error: illegal string body character after dollar sign
