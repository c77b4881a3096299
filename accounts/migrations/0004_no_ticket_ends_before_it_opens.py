from django.db import migrations, models


def end_no_earlier_than_opened(apps, schema_editor):
    """A ticket that ended before it was opened took no time: how long it did take, nobody knows."""
    tickets = apps.get_model("accounts", "Ticket").objects.using(schema_editor.connection.alias)
    for name in ("resolved_at", "closed_at"):
        tickets.filter(**{f"{name}__lt": models.F("opened_at")}).update(**{name: models.F("opened_at")})


class Migration(migrations.Migration):
    """Apart from the constraint that follows: PostgreSQL alters no table of which rows were changed just before."""

    dependencies = [
        ('accounts', '0003_the_latest_row_of_a_source'),
    ]

    operations = [
        migrations.RunPython(end_no_earlier_than_opened, migrations.RunPython.noop),
    ]
