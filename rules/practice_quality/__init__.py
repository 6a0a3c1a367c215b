"""The practice quality standards: what is published of them, and the frameworks of 2016 and 2021 around them."""
