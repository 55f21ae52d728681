def area(w, h):
    if w > 0 an