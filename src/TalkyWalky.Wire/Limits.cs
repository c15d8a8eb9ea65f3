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

    /// <summary>Payload of one envelope. 64 KiB of text is at most 6x in JSON escapes, padded by 12 %, in base64 twice.</summary>
    public const int Payload = 960 * 1024;

    /// <summary>Recipients of one publish; a grant for more devices goes out in several publishes.</summary>
    public const int Recipients = 1000;

    /// <summary>Bytes of one recipient's slice: an RSA-4096 block, a path of 32 hashes, framing.</summary>
    public const int Slice = 2048;

    public const int MessagesPerSession = 1000;

    public static readonly TimeSpan SessionLife = TimeSpan.FromDays(7);

    public static readonly TimeSpan MailboxLife = TimeSpan.FromDays(30);

    /// <summary>Characters of a username made here (features.md) and of one that a directory already has.</summary>
    public const int UsernameMin = 2, UsernameMax = 20, DirectoryUsernameMax = 64;

    public const int Password = 1024;

    public const int PresenceWatch = 2000;

    public const int UsersPage = 1000;
}
