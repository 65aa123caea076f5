"""What do the plain lists show: of an ad account, of an ad group, of a catalog?"""
