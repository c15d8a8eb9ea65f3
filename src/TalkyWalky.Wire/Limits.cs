namespace TalkyWalky.Wire;

/// <summary>Every bound of protocol v1 in one place. Sizes are bytes unless the name says otherwise.</summary>
public static class Limits
{
    public const uint ProtocolVersion = 1;

    /// <summary>One frame, checked before it is buffered whole.</summary>
    public const int Frame = 1024 * 1024;

    /// <summary>The first frame of a device that has not proved itself.</summary>
    public const int HelloFrame = 16 * 1024;

    /// <summary>UTF-8 text of one message.</summary>
    public const int Text = 64 * 1024;

    /// <summary>Bytes of a file to a person, and of one in a room, where every member's mailbox holds it.</summary>
    public const int File = 8 * 1024 * 1024, RoomFile = 1024 * 1024;

    /// <summary>Bytes of each part of a file but the last, which has what is left.</summary>
    public const int FilePart = 128 * 1024;

    /// <summary>UTF-8 of a file's name; characters of each half of its media type (RFC 6838 §4.2).</summary>
    public const int FileName = 255, MediaTypeName = 127;

    /// <summary>Payload of one envelope. 64 KiB of text is at most 6x in JSON escapes, padded by 12 %, in base64 twice.</summary>
    public const int Payload = 960 * 1024;

    /// <summary>Recipients of one publish; a grant for more devices goes out in several publishes.</summary>
    public const int Recipients = 4000;

    /// <summary>Bytes of one recipient's slice: an RSA-4096 block, a path of 32 hashes, framing.</summary>
    public const int Slice = 2048;

    public const int MessagesPerSession = 1000;

    public static readonly TimeSpan SessionLife = TimeSpan.FromDays(7);

    public static readonly TimeSpan MailboxLife = TimeSpan.FromDays(30);

    /// <summary>Characters of a username made here (features.md) and of one that a directory already has.</summary>
    public const int UsernameMin = 2, UsernameMax = 20, DirectoryUsernameMax = 64;

    /// <summary>Characters of what people are called beside; RFC 5321 §4.5.3.1.3, less the brackets.</summary>
    public const int FullName = 100, Mail = 254;

    public const int Password = 1024;

    public const int PresenceWatch = 2000;

    /// <summary>People whose devices are asked for at once.</summary>
    public const int Roster = 500;

    public const int RoomMembers = 10_000;

    /// <summary>Users named by one commit.</summary>
    public const int CommitUsers = 500;

    /// <summary>Characters of a room's name, its topic, a shown name and a device's name.</summary>
    public const int RoomName = 80, RoomTopic = 500, ShownName = 80, DeviceName = 60;

    /// <summary>Payload of one transient signal.</summary>
    public const int Signal = 2048;

    public const int UsersPage = 1000;

    /// <summary>Of a CRL, in one frame.</summary>
    public const int RevocationListPart = 512 * 1024;
}
