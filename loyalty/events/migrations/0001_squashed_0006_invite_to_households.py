"""What all that it replaces comes to, made at once: a first start need not relive history."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ('events', '0001_initial'),
        ('events', '0002_forget_delivered_events'),
        ('events', '0003_keep_messages'),
        ('events', '0004_name_columns_for_people'),
        ('events', '0005_warn_of_tiers_at_risk'),
        ('events', '0006_invite_to_households'),
    ]

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Change',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('topic', models.CharField(max_length=20, verbose_name='topic')),
                ('subject', models.BigIntegerField(null=True, verbose_name='about')),
                ('day', models.DateField(verbose_name='day')),
            ],
            options={
                'verbose_name': 'change to count',
                'verbose_name_plural': 'changes to count',
                'indexes': [models.Index(fields=['topic', 'id'], name='events_change_of_topic')],
            },
        ),
        migrations.CreateModel(
            name='JobRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('job', models.CharField(max_length=40, verbose_name='job')),
                ('business_day', models.DateField(verbose_name='business day')),
                ('chunk', models.CharField(default='all', max_length=60, verbose_name='chunk')),
                ('state', models.CharField(choices=[('RUNNING', 'running'), ('DONE', 'done'), ('FAILED', 'failed')], max_length=8, verbose_name='state')),
                ('rows', models.BigIntegerField(default=0, verbose_name='rows')),
                ('attempts', models.PositiveSmallIntegerField(default=1, verbose_name='attempts')),
                ('leased_until', models.DateTimeField(blank=True, null=True, verbose_name='held until')),
                ('started_at', models.DateTimeField(verbose_name='started')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                ('error', models.CharField(blank=True, max_length=500, verbose_name='error')),
            ],
            options={
                'verbose_name': 'job run',
                'verbose_name_plural': 'job runs',
                'constraints': [models.UniqueConstraint(fields=('job', 'business_day', 'chunk'), name='events_job_chunk_runs_once_a_day')],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(max_length=40, unique=True, verbose_name='id')),
                ('key', models.CharField(max_length=120, unique=True, verbose_name='key')),
                ('recipient', models.CharField(max_length=40, verbose_name='member')),
                ('kind', models.CharField(choices=[('WELCOME', 'welcome'), ('EXPIRY_30', 'points expire in 30 days'), ('EXPIRY_7', 'points expire in 7 days'), ('TIER_UP', 'tier reached'), ('TIER_AT_RISK', 'tier at risk'), ('REWARD_READY', 'reward within reach'), ('CONTACT_CHANGED', 'contact details changed'), ('ERASURE_ASKED', 'erasure asked for'), ('ERASURE_UNDONE', 'erasure undone'), ('HOUSEHOLD_INVITED', 'invitation to a household')], max_length=20, verbose_name='kind')),
                ('facts', models.JSONField(blank=True, default=dict, verbose_name='content')),
                ('state', models.CharField(choices=[('WAITING', 'waiting'), ('SENDING', 'being sent'), ('SENT', 'sent'), ('SKIPPED', 'left out'), ('FAILED', 'failed')], default='WAITING', max_length=7, verbose_name='state')),
                ('reason', models.CharField(blank=True, choices=[('NO_CONSENT', 'no consent in force'), ('NO_ADDRESS', 'no e-mail address'), ('NOT_ACTIVE', 'the member is blocked, has left or was erased'), ('OVERTAKEN', 'no longer true when it was to be sent'), ('INTERRUPTED', 'cut off while it was sent; perhaps it arrived'), ('REFUSED', 'the address was refused'), ('TOO_LATE', 'it could not be sent in three days')], max_length=20, verbose_name='reason')),
                ('language', models.CharField(blank=True, max_length=2, verbose_name='language')),
                ('created_at', models.DateTimeField(verbose_name='written')),
                ('due_at', models.DateTimeField(verbose_name='due')),
                ('give_up_at', models.DateTimeField(verbose_name='given up at')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('last_error', models.CharField(blank=True, max_length=200, verbose_name='last error')),
            ],
            options={
                'verbose_name': 'message',
                'verbose_name_plural': 'messages',
                'indexes': [models.Index(condition=models.Q(('state__in', ['WAITING', 'SENDING'])), fields=['due_at', 'id'], name='events_message_due'), models.Index(condition=models.Q(('state', 'FAILED')), fields=['created_at'], name='events_message_failed'), models.Index(fields=['recipient', '-created_at'], name='events_message_of_recipient'), models.Index(fields=['created_at'], name='events_message_by_age')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('state', 'SENT')), models.Q(models.Q(('state', 'SENT'), _negated=True), ('sent_at', None)), _connector='OR'), name='events_message_sent_has_its_moment'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'SKIPPED'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='events_message_is_left_out_for_a_reason')],
            },
        ),
        migrations.CreateModel(
            name='OutboxEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(max_length=40, unique=True, verbose_name='identifier')),
                ('name', models.CharField(max_length=60, verbose_name='event')),
                ('payload', models.JSONField(default=dict, verbose_name='content')),
                ('is_historic', models.BooleanField(default=False, verbose_name='from the past')),
                ('occurred_at', models.DateTimeField(verbose_name='date and time')),
                ('due_at', models.DateTimeField(verbose_name='due')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('delivered_to', models.JSONField(blank=True, default=list, verbose_name='delivered to')),
                ('relayed_at', models.DateTimeField(blank=True, null=True, verbose_name='delivered')),
                ('last_error', models.CharField(blank=True, max_length=200, verbose_name='last error')),
            ],
            options={
                'verbose_name': 'event',
                'verbose_name_plural': 'events',
                'indexes': [models.Index(condition=models.Q(('relayed_at', None)), fields=['is_historic', 'due_at', 'id'], name='events_outbox_due'), models.Index(condition=models.Q(('relayed_at__isnull', False)), fields=['relayed_at'], name='events_outbox_delivered')],
            },
        ),
    ]
