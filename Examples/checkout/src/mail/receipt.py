def compose(order):
    return f"Receipt for {order}"
