"""Files that hold secrets: mode 0600 from their first byte."""
import os
import pathlib


def write_secret(path, text):
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    return path


def key_spellings(key):
    """Every way a network key (16 numbers) could show up in a text, in lower case."""
    return {joint.join(form % byte for byte in key)
            for form in ("%02x", "%d", "0x%02x") for joint in ("", " ", ":", "-", ",", ", ")
            if (form, joint) != ("%d", "")}


def find_secrets(files, secrets):
    """[(file, secret's name)] for every file that holds one of `secrets` {name: [spellings]}."""
    found = []
    for file in files:
        text = pathlib.Path(file).read_text(errors="replace").lower()
        found += [(str(file), name) for name, spellings in secrets.items()
                  if any(spelling.lower() in text for spelling in spellings)]
    return found
