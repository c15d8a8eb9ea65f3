using Microsoft.Data.Sqlite;

namespace TalkyWalky.Client.Store;

/// <summary>
/// The profile's tables inside one transaction. Only <see cref="Database"/> makes one, and only its own task uses it.
/// Parameters are written ?1, ?2 ... and statements are prepared once.
/// </summary>
internal sealed class Rows : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Vault _vault;
    private readonly Dictionary<string, SqliteCommand> _commands = new(StringComparer.Ordinal);

    public Rows(SqliteConnection connection, Vault vault)
    {
        _connection = connection;
        _vault = vault;
        Settings = new SettingRows(this);
        Contacts = new ContactRows(this);
        Rooms = new RoomRows(this);
        Messages = new MessageRows(this);
        Outbox = new OutboxRows(this);
        Sending = new SendingRows(this);
        Receiving = new ReceivingRows(this);
        Pending = new PendingRows(this);
        Receipts = new ReceiptRows(this);
        Keys = new KeyRows(this);
        Journal = new JournalRows(this);
        Alarms = new AlarmRows(this);
        States = new StateRows(this);
        Conversations = new ConversationRows(this);
        Names = new NameRows(this);
        Told = new ToldRows(this);
        Backfill = new BackfillRows(this);
        Cleared = new ClearedRows(this);
        Drafts = new DraftRows(this);
        KnownDevices = new KnownDeviceRows(this);
        Crls = new CrlRows(this);
        Introductions = new IntroductionRows(this);
        Log = new LogRows(this);
        Claims = new ClaimRows(this);
        Parts = new PartRows(this);
        Files = new FileRows(this);
    }

    public SettingRows Settings { get; }

    public ContactRows Contacts { get; }

    public RoomRows Rooms { get; }

    public MessageRows Messages { get; }

    public OutboxRows Outbox { get; }

    public SendingRows Sending { get; }

    public ReceivingRows Receiving { get; }

    public PendingRows Pending { get; }

    public ReceiptRows Receipts { get; }

    public KeyRows Keys { get; }

    public JournalRows Journal { get; }

    public AlarmRows Alarms { get; }

    public StateRows States { get; }

    public ConversationRows Conversations { get; }

    public NameRows Names { get; }

    public ToldRows Told { get; }

    public BackfillRows Backfill { get; }

    public ClearedRows Cleared { get; }

    public DraftRows Drafts { get; }

    public KnownDeviceRows KnownDevices { get; }

    public CrlRows Crls { get; }

    public IntroductionRows Introductions { get; }

    public LogRows Log { get; }

    public ClaimRows Claims { get; }

    public PartRows Parts { get; }

    public FileRows Files { get; }

    /// <summary>A transaction, or a part of one, was undone: what was remembered of it is forgotten.</summary>
    public void Undone() => Contacts.Undone();

    public byte[] Seal(string column, ReadOnlySpan<byte> row, ReadOnlySpan<byte> plain) => _vault.Seal(column, row, plain);

    public byte[] Open(string column, ReadOnlySpan<byte> row, byte[] value) => _vault.Open(column, row, value);

    public int Execute(string sql, params object?[] values) => Prepare(sql, values).ExecuteNonQuery();

    public long Insert(string sql, params object?[] values)
    {
        Execute(sql, values);
        return Number("SELECT last_insert_rowid()");
    }

    public long Number(string sql, params object?[] values) => Prepare(sql, values).ExecuteScalar() is long number ? number : 0;

    public byte[]? Blob(string sql, params object?[] values) => Prepare(sql, values).ExecuteScalar() as byte[];

    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> read, params object?[] values)
    {
        var found = new List<T>();
        using var reader = Prepare(sql, values).ExecuteReader();
        while (reader.Read()) found.Add(read(reader));
        return found;
    }

    public T? First<T>(string sql, Func<SqliteDataReader, T> read, params object?[] values)
        where T : class
    {
        using var reader = Prepare(sql, values).ExecuteReader();
        return reader.Read() ? read(reader) : null;
    }

    public void Dispose()
    {
        foreach (var command in _commands.Values) command.Dispose();
        _commands.Clear();
    }

    private SqliteCommand Prepare(string sql, object?[] values)
    {
        if (!_commands.TryGetValue(sql, out var command))
        {
            command = _connection.CreateCommand();
#pragma warning disable CA2100 // every text is a constant of this assembly
            command.CommandText = sql;
#pragma warning restore CA2100
            _commands.Add(sql, command);
        }

        command.Parameters.Clear();
        for (var i = 0; i < values.Length; i++)
            command.Parameters.AddWithValue($"?{i + 1}", values[i] ?? DBNull.Value);
        return command;
    }
}

internal static class ReaderExtensions
{
    public static byte[] Bytes(this SqliteDataReader reader, int column) => reader.GetFieldValue<byte[]>(column);

    public static byte[]? BytesOrNull(this SqliteDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<byte[]>(column);

    public static DateTimeOffset Time(this SqliteDataReader reader, int column) => DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(column));
}
