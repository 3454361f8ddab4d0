print("divisi")
