"""`make audit`: what scanners find on our pages. Each one has to find a planted fault first, or says nothing."""
