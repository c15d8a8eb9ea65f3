using System.Buffers.Binary;
using System.Text;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Store;

/// <summary>What a verified profile record says. <paramref name="Name"/> is empty for the directory's name.</summary>
internal sealed record ShownName(string Name, ulong Version, DateTimeOffset Time);

/// <summary>Names that people want to be shown by, kept with the contact: a record older than the one seen is a rollback, also after a restart.</summary>
internal sealed class NameRows(Rows rows)
{
    private const string Column = "contact.profile";
    private const int HeadSize = 16;

    public ShownName? Of(UserId user) => rows.Blob("SELECT profile FROM contact WHERE user = ?1", user.ToArray()) is { } value ? Open(user, value) : null;

    /// <summary>Null when the person said none, or the directory's.</summary>
    public string? Shown(UserId user) => Of(user) is { Name.Length: > 0 } known ? known.Name : null;

    /// <summary>As <see cref="Shown(UserId)"/>, of a row that was read already.</summary>
    public string? Shown(UserId user, byte[] profile) => Open(user, profile) is { Name.Length: > 0 } known ? known.Name : null;

    /// <summary>Keeps a verified record. False when this person is no contact, or as new a record is known.</summary>
    public bool Keep(ProfileRecord record)
    {
        if (Of(record.User) is { } known && known.Version >= record.Version) return false;
        var name = Encoding.UTF8.GetBytes(record.Name);
        var plain = new byte[HeadSize + name.Length];
        BinaryPrimitives.WriteUInt64BigEndian(plain, record.Version);
        BinaryPrimitives.WriteInt64BigEndian(plain.AsSpan(8), record.Time.ToUnixTimeMilliseconds());
        name.CopyTo(plain.AsSpan(HeadSize));
        var user = record.User.ToArray();
        return rows.Execute("UPDATE contact SET profile = ?1 WHERE user = ?2", rows.Seal(Column, user, plain), user) > 0;
    }

    private ShownName Open(UserId user, byte[] value)
    {
        var plain = rows.Open(Column, user.ToArray(), value);
        return new ShownName(
            Encoding.UTF8.GetString(plain.AsSpan(HeadSize)), BinaryPrimitives.ReadUInt64BigEndian(plain),
            DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(plain.AsSpan(8))));
    }
}
