namespace TalkyWalky.Client;

/// <summary>The engine of one profile, in the process that owns it.</summary>
public static class LocalChat
{
    /// <summary>Opens an enrolled profile and begins to connect. The caller disposes of the chat, which says goodbye to the gateway.</summary>
    public static Task<ChatOpening> OpenAsync(string profile, string passphrase, ClientEnvironment environment, CancellationToken cancellation) =>
        throw new NotSupportedException();
}

/// <summary>Every <c>Why</c> is a sentence for a person that says what to do.</summary>
public abstract record ChatOpening
{
    private ChatOpening() { }

    public sealed record Opened(IChat Chat) : ChatOpening;

    /// <summary>There is no profile in this folder: register or log in first.</summary>
    public sealed record NoProfile(string Why) : ChatOpening;

    /// <summary>Enrolment was begun and not finished (approval is pending, or it was interrupted): go on with <see cref="Enrolment.EnrolAsync"/>.</summary>
    public sealed record Unfinished(string Why) : ChatOpening;

    /// <summary>Another process owns the profile; ask that one over PROFILE/agent.sock.</summary>
    public sealed record InUse(string Why) : ChatOpening;

    public sealed record WrongPassphrase(string Why) : ChatOpening;

    public sealed record Damaged(string Why) : ChatOpening;
}
