"""What all that it replaces comes to, made at once: a first start need not relive history."""

import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import loyalty.identity.models.tracing
import phonenumber_field.modelfields
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ('identity', '0001_initial'),
        ('identity', '0002_keep_approvals_and_limits'),
        ('identity', '0003_email_codes_and_count_guesses'),
        ('identity', '0004_keep_where_changes_come_from'),
        ('identity', '0005_keep_sign_ins'),
        ('identity', '0006_let_imports_wait_for_approval'),
        ('identity', '0007_keep_refused_sign_ins'),
    ]

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='e-mail')),
                ('phone', phonenumber_field.modelfields.PhoneNumberField(blank=True, help_text='Nobody adjusts a card that has their own number.', max_length=128, region=None, verbose_name='phone')),
                ('language', models.CharField(default='fr', max_length=5, verbose_name='language')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'user',
                'verbose_name_plural': 'users',
                'permissions': [('view_trail', 'Can see who changed what')],
                'constraints': [models.CheckConstraint(condition=models.Q(('email', django.db.models.functions.text.Lower('email'))), name='identity_user_email_is_lower_case')],
            },
        ),
        migrations.CreateModel(
            name='Approval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(editable=False, max_length=40, unique=True, verbose_name='id')),
                ('kind', models.CharField(choices=[('ADJUSTMENT', 'adjustment of points'), ('PUBLICATION', 'publication of a rule'), ('EXPORT', 'export of members'), ('IMPORT', 'import of purchases')], max_length=11, verbose_name='what for')),
                ('subject', models.CharField(max_length=40, verbose_name='about')),
                ('payload', models.JSONField(default=dict, verbose_name='figures')),
                ('reason', models.CharField(blank=True, max_length=40, verbose_name='reason')),
                ('key', models.CharField(editable=False, max_length=64, unique=True)),
                ('requested_at', models.DateTimeField(verbose_name='asked')),
                ('lapses_at', models.DateTimeField(verbose_name='lapses')),
                ('state', models.CharField(choices=[('WAITING', 'waiting'), ('APPROVED', 'approved'), ('REFUSED', 'refused'), ('WITHDRAWN', 'withdrawn'), ('LAPSED', 'lapsed')], default='WAITING', max_length=9, verbose_name='state')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by')),
            ],
            options={
                'verbose_name': 'approval',
                'verbose_name_plural': 'approvals',
                'permissions': [('decide_approval', 'Can approve and refuse what others ask for')],
                'indexes': [models.Index(condition=models.Q(('state', 'WAITING')), fields=['lapses_at', 'id'], name='identity_approval_waiting'), models.Index(fields=['decided_by', 'decided_at'], name='identity_approval_by_decider')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('state', 'WAITING')), models.Q(models.Q(('state', 'WAITING'), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='identity_approval_decided_has_its_moment'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['APPROVED', 'REFUSED']), _negated=True), models.Q(('decided_by__isnull', False), models.Q(('decided_by', models.F('requested_by')), _negated=True)), _connector='OR'), name='identity_approval_is_decided_by_another')],
            },
        ),
        migrations.CreateModel(
            name='EmailedCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(max_length=40, unique=True, verbose_name='id')),
                ('address', models.EmailField(max_length=254, verbose_name='e-mail')),
                ('origin', models.CharField(max_length=64, verbose_name='asked from')),
                ('language', models.CharField(max_length=5, verbose_name='language')),
                ('answers', models.JSONField(null=True, verbose_name='answers')),
                ('sendings', models.PositiveSmallIntegerField(default=1, verbose_name='times sent')),
                ('tries', models.PositiveSmallIntegerField(default=0, verbose_name='wrong tries')),
                ('sent_at', models.DateTimeField(verbose_name='last sent')),
                ('expires_at', models.DateTimeField(verbose_name='good until')),
                ('proved_at', models.DateTimeField(null=True, verbose_name='proved')),
            ],
            options={
                'verbose_name': 'e-mailed code',
                'verbose_name_plural': 'e-mailed codes',
                'indexes': [models.Index(fields=['address', 'sent_at'], name='identity_code_by_address'), models.Index(fields=['origin', 'sent_at'], name='identity_code_by_origin'), models.Index(fields=['sent_at'], name='identity_code_by_age')],
            },
        ),
        migrations.CreateModel(
            name='Guesses',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('wrong', models.PositiveSmallIntegerField(default=0, verbose_name='wrong guesses')),
                ('last_at', models.DateTimeField(null=True, verbose_name='last one')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'guesses at a second factor',
                'verbose_name_plural': 'guesses at second factors',
            },
        ),
        migrations.CreateModel(
            name='HistoricalLimit',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('address', models.GenericIPAddressField(default=loyalty.identity.models.tracing.address_of_request, editable=False, null=True, verbose_name='from where')),
                ('role', models.CharField(choices=[('cashier', 'cashier'), ('store manager', 'store manager'), ('marketing', 'marketing'), ('customer care', 'customer care'), ('analyst', 'analyst'), ('auditor', 'auditor'), ('administrator', 'administrator')], db_index=True, max_length=20, verbose_name='role')),
                ('at_once', models.PositiveBigIntegerField(verbose_name='points at once')),
                ('in_a_day', models.PositiveBigIntegerField(verbose_name='points in 24 hours')),
                ('in_a_month', models.PositiveBigIntegerField(verbose_name='points in 30 days')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical limit of a role',
                'verbose_name_plural': 'historical limits of the roles',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Limit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('cashier', 'cashier'), ('store manager', 'store manager'), ('marketing', 'marketing'), ('customer care', 'customer care'), ('analyst', 'analyst'), ('auditor', 'auditor'), ('administrator', 'administrator')], max_length=20, unique=True, verbose_name='role')),
                ('at_once', models.PositiveBigIntegerField(verbose_name='points at once')),
                ('in_a_day', models.PositiveBigIntegerField(verbose_name='points in 24 hours')),
                ('in_a_month', models.PositiveBigIntegerField(verbose_name='points in 30 days')),
            ],
            options={
                'verbose_name': 'limit of a role',
                'verbose_name_plural': 'limits of the roles',
                'constraints': [models.CheckConstraint(condition=models.Q(('at_once__lte', models.F('in_a_day')), ('in_a_day__lte', models.F('in_a_month'))), name='identity_limit_grows_with_time', violation_error_message='A day allows no less than one adjustment, and a month no less than a day.')],
            },
        ),
        migrations.CreateModel(
            name='SignIn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('how', models.CharField(max_length=20, verbose_name='how')),
                ('is_refused', models.BooleanField(default=False, verbose_name='refused')),
                ('came_at', models.DateTimeField(db_index=True, verbose_name='moment')),
                ('address', models.GenericIPAddressField(null=True, verbose_name='from where')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'sign-in',
                'verbose_name_plural': 'sign-ins',
            },
        ),
    ]
