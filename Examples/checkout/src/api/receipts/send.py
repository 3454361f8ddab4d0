from mail.receipt import compose
