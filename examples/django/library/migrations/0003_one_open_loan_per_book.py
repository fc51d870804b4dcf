from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("library", "0002_book_shelf")]
    operations = [
        migrations.AddConstraint(
            model_name="loan",
            constraint=models.UniqueConstraint(
                condition=models.Q(("returned__isnull", True)),
                fields=("book",),
                name="one_open_loan_per_book",
            ),
        ),
    ]
