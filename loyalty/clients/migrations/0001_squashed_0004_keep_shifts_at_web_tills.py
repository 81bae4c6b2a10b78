"""What all that it replaces comes to, made at once: a first start need not relive history."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ('clients', '0001_initial'),
        ('clients', '0002_name_columns_for_people'),
        ('clients', '0003_limit_what_clients_do'),
        ('clients', '0004_keep_shifts_at_web_tills'),
    ]

    dependencies = [
        ('programmes', '0001_squashed_0020_choose_what_proves_a_spender'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Client',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(editable=False, max_length=40, unique=True, verbose_name='identifier')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('scopes', models.JSONField(default=list, verbose_name='scopes')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('addresses', models.JSONField(blank=True, default=list, verbose_name='addresses')),
                ('calls_a_minute', models.PositiveIntegerField(blank=True, null=True, verbose_name='calls a minute')),
                ('calls_a_day', models.PositiveIntegerField(blank=True, null=True, verbose_name='calls a day')),
                ('misses_allowed', models.PositiveIntegerField(blank=True, help_text='How often it may ask for a member or a voucher that does not exist.', null=True, verbose_name='misses in ten minutes')),
                ('earned_a_day', models.PositiveIntegerField(blank=True, null=True, verbose_name='points given a day')),
                ('spent_a_day', models.PositiveIntegerField(blank=True, null=True, verbose_name='points spent a day')),
                ('is_web_till', models.BooleanField(default=False, editable=False, verbose_name='web till')),
                ('created_at', models.DateTimeField(verbose_name='created')),
                ('store', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programmes.store', verbose_name='store')),
            ],
            options={
                'verbose_name': 'client',
                'verbose_name_plural': 'clients',
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_web_till', True)), fields=('store',), name='clients_store_has_one_web_till')],
            },
        ),
        migrations.CreateModel(
            name='Answer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=255, verbose_name='key')),
                ('operation', models.CharField(max_length=60, verbose_name='call')),
                ('fingerprint', models.CharField(max_length=64)),
                ('status', models.PositiveSmallIntegerField(null=True, verbose_name='status')),
                ('body', models.TextField(null=True)),
                ('headers', models.JSONField(default=dict)),
                ('subject', models.CharField(blank=True, max_length=40, verbose_name='about')),
                ('answered_at', models.DateTimeField(verbose_name='answered')),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='clients.client', verbose_name='client')),
            ],
            options={
                'verbose_name': 'stored answer',
                'verbose_name_plural': 'stored answers',
                'indexes': [models.Index(condition=models.Q(('body__isnull', False)), fields=['answered_at'], name='clients_answer_with_body')],
                'constraints': [models.UniqueConstraint(fields=('client', 'key'), name='clients_answer_key_acts_once')],
            },
        ),
        migrations.CreateModel(
            name='ClientKey',
            fields=[
                ('id', models.CharField(editable=False, max_length=150, primary_key=True, serialize=False, unique=True)),
                ('prefix', models.CharField(editable=False, max_length=8, unique=True)),
                ('hashed_key', models.CharField(editable=False, max_length=150)),
                ('created', models.DateTimeField(auto_now_add=True, db_index=True)),
                ('name', models.CharField(default=None, help_text='A free-form name for the API key. Need not be unique. 50 characters max.', max_length=50)),
                ('revoked', models.BooleanField(blank=True, default=False, help_text='If the API key is revoked, clients cannot use it anymore. (This cannot be undone.)')),
                ('expiry_date', models.DateTimeField(blank=True, help_text='Once API key expires, clients cannot use it anymore.', null=True, verbose_name='Expires')),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='keys', to='clients.client', verbose_name='client')),
            ],
            options={
                'verbose_name': 'key',
                'verbose_name_plural': 'keys',
                'ordering': ('-created',),
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Count',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('number', models.PositiveBigIntegerField(verbose_name='number')),
                ('ends_at', models.DateTimeField(db_index=True, verbose_name='until')),
            ],
            options={
                'verbose_name': 'count',
                'verbose_name_plural': 'counts',
                'constraints': [models.UniqueConstraint(fields=('name',), name='clients_count_is_named_once')],
            },
        ),
        migrations.CreateModel(
            name='Shift',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('opened_at', models.DateTimeField(editable=False, verbose_name='opened')),
                ('closed_at', models.DateTimeField(editable=False, null=True, verbose_name='closed')),
                ('key', models.OneToOneField(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='shift', to='clients.clientkey', verbose_name='key')),
                ('user', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='cashier')),
            ],
            options={
                'verbose_name': 'shift at a web till',
                'verbose_name_plural': 'shifts at web tills',
                'permissions': [('open_till', 'Can sell at the web till')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('closed_at', None)), fields=('user',), name='clients_shift_is_one_at_a_time')],
            },
        ),
    ]
