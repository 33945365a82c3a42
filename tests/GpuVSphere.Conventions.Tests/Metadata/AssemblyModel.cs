using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace GpuVSphere.Conventions.Tests.Metadata;

/// <summary>An assembly read as metadata, method bodies included, without loading it.</summary>
internal sealed class AssemblyModel : IDisposable
{
    private readonly PEReader _file;
    private readonly NamedTypeProvider _names;
    private readonly AttributeTypeProvider _attributes;

    public AssemblyModel(string path)
    {
        _file = new PEReader(File.OpenRead(path));
        Reader = _file.GetMetadataReader();
        _names = new NamedTypeProvider(this);
        _attributes = new AttributeTypeProvider(this);
    }

    /// <summary>The metadata.</summary>
    public MetadataReader Reader { get; }

    /// <summary>An assembly that was built beside these tests.</summary>
    public static AssemblyModel Open(string name) => new(Path.Combine(AppContext.BaseDirectory, name + ".dll"));

    /// <summary>The names of the assemblies that this one references.</summary>
    public IReadOnlyList<string> References() =>
        [.. Reader.AssemblyReferences.Select(handle => Reader.GetString(Reader.GetAssemblyReference(handle).Name)).OrderBy(name => name, StringComparer.Ordinal)];

    /// <summary>Every type, nested and compiler-made ones included.</summary>
    public IEnumerable<TypeDefinition> Types() => Reader.TypeDefinitions.Select(Reader.GetTypeDefinition).Where(type => !IsModule(type));

    /// <summary>The methods of a type.</summary>
    public IEnumerable<MethodDefinition> Methods(TypeDefinition type) => type.GetMethods().Select(Reader.GetMethodDefinition);

    /// <summary>The name of a method.</summary>
    public string NameOf(MethodDefinition method) => Reader.GetString(method.Name);

    /// <summary>The name of a type of this assembly.</summary>
    public NamedType NameOf(TypeDefinition type)
    {
        string name = Reader.GetString(type.Name);
        bool visible = (type.Attributes & TypeAttributes.VisibilityMask) is TypeAttributes.Public or TypeAttributes.NestedPublic;
        TypeDefinitionHandle declaring = type.GetDeclaringType();
        if (declaring.IsNil)
        {
            return new NamedType("", Reader.GetString(type.Namespace), name, visible);
        }

        NamedType outer = NameOf(declaring);
        return new NamedType("", outer.Namespace, outer.Name + "+" + name, visible && outer.IsVisible);
    }

    /// <summary>The name of a type of this assembly.</summary>
    public NamedType NameOf(TypeDefinitionHandle handle) => NameOf(Reader.GetTypeDefinition(handle));

    /// <summary>The name of a type of another assembly.</summary>
    public NamedType NameOf(TypeReferenceHandle handle)
    {
        TypeReference type = Reader.GetTypeReference(handle);
        string name = Reader.GetString(type.Name);
        if (type.ResolutionScope.Kind == HandleKind.TypeReference)
        {
            NamedType outer = NameOf((TypeReferenceHandle)type.ResolutionScope);
            return outer with { Name = outer.Name + "+" + name };
        }

        string assembly = type.ResolutionScope.Kind == HandleKind.AssemblyReference
            ? Reader.GetString(Reader.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope).Name)
            : "";
        return new NamedType(assembly, Reader.GetString(type.Namespace), name, true);
    }

    /// <summary>The types that a definition, reference or specification names; the outermost first.</summary>
    public ImmutableArray<NamedType> NamesOf(EntityHandle handle) => handle.Kind switch
    {
        _ when handle.IsNil => [],
        HandleKind.TypeDefinition => [NameOf((TypeDefinitionHandle)handle)],
        HandleKind.TypeReference => [NameOf((TypeReferenceHandle)handle)],
        HandleKind.TypeSpecification => Reader.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(_names, null),
        _ => [],
    };

    /// <summary>The types of a field.</summary>
    public ImmutableArray<NamedType> NamesOf(FieldDefinition field) => field.DecodeSignature(_names, null);

    /// <summary>The types of a method's signature.</summary>
    public MethodSignature<ImmutableArray<NamedType>> SignatureOf(MethodDefinition method) => method.DecodeSignature(_names, null);

    /// <summary>The types of a property.</summary>
    public ImmutableArray<NamedType> NamesOf(PropertyDefinition property) => property.DecodeSignature(_names, null).ReturnType;

    /// <summary>The instructions of a method; none when it has no body.</summary>
    public IReadOnlyList<Instruction> BodyOf(MethodDefinition method) =>
        method.RelativeVirtualAddress == 0 ? [] : IlReader.Read(_file.GetMethodBody(method.RelativeVirtualAddress).GetILReader());

    /// <summary>The attributes of something.</summary>
    public IEnumerable<AttributeUse> AttributesOf(CustomAttributeHandleCollection handles)
    {
        foreach (CustomAttributeHandle handle in handles)
        {
            CustomAttribute attribute = Reader.GetCustomAttribute(handle);
            NamedType? type = DeclaringTypeOf(attribute.Constructor);
            if (type is null)
            {
                continue;
            }

            CustomAttributeValue<string> value = attribute.DecodeValue(_attributes);
            yield return new AttributeUse(
                type,
                [.. value.FixedArguments.Select(argument => argument.Value)],
                value.NamedArguments.ToDictionary(argument => argument.Name!, argument => argument.Value, StringComparer.Ordinal));
        }
    }

    /// <summary>The method, field or type that an instruction names; null when it names none.</summary>
    public MemberUse? MemberOf(Instruction instruction)
    {
        EntityHandle handle = HandleOf(instruction);
        if (handle.IsNil)
        {
            return null;
        }

        if (handle.Kind == HandleKind.MethodSpecification)
        {
            handle = Reader.GetMethodSpecification((MethodSpecificationHandle)handle).Method;
        }

        NamedType? type = DeclaringTypeOf(handle);
        return type is null ? null : new MemberUse(type, MemberName(handle));
    }

    /// <summary>Every type that a type names anywhere: bases, members, attributes, locals and method bodies.</summary>
    public IReadOnlyCollection<NamedType> UsesOf(TypeDefinition type)
    {
        HashSet<NamedType> uses = [];
        uses.UnionWith(NamesOf(type.BaseType));
        foreach (InterfaceImplementationHandle handle in type.GetInterfaceImplementations())
        {
            uses.UnionWith(NamesOf(Reader.GetInterfaceImplementation(handle).Interface));
        }

        foreach (FieldDefinitionHandle handle in type.GetFields())
        {
            uses.UnionWith(NamesOf(Reader.GetFieldDefinition(handle)));
        }

        uses.UnionWith(AttributesOf(type.GetCustomAttributes()).Select(attribute => attribute.Type));
        foreach (MethodDefinition method in Methods(type))
        {
            AddUsesOf(method, uses);
        }

        return uses;
    }

    /// <inheritdoc />
    public void Dispose() => _file.Dispose();

    private void AddUsesOf(MethodDefinition method, HashSet<NamedType> uses)
    {
        MethodSignature<ImmutableArray<NamedType>> signature = SignatureOf(method);
        uses.UnionWith(signature.ReturnType);
        foreach (ImmutableArray<NamedType> parameter in signature.ParameterTypes)
        {
            uses.UnionWith(parameter);
        }

        uses.UnionWith(AttributesOf(method.GetCustomAttributes()).Select(attribute => attribute.Type));
        if (method.RelativeVirtualAddress == 0)
        {
            return;
        }

        StandaloneSignatureHandle locals = _file.GetMethodBody(method.RelativeVirtualAddress).LocalSignature;
        if (!locals.IsNil)
        {
            foreach (ImmutableArray<NamedType> local in Reader.GetStandaloneSignature(locals).DecodeLocalSignature(_names, null))
            {
                uses.UnionWith(local);
            }
        }

        foreach (Instruction instruction in BodyOf(method))
        {
            AddUsesOf(HandleOf(instruction), uses);
        }
    }

    private void AddUsesOf(EntityHandle handle, HashSet<NamedType> uses)
    {
        if (handle.IsNil)
        {
            return;
        }

        switch (handle.Kind)
        {
            case HandleKind.MethodSpecification:
                MethodSpecification specification = Reader.GetMethodSpecification((MethodSpecificationHandle)handle);
                foreach (ImmutableArray<NamedType> argument in specification.DecodeSignature(_names, null))
                {
                    uses.UnionWith(argument);
                }

                AddUsesOf(specification.Method, uses);
                break;
            case HandleKind.MemberReference:
                uses.UnionWith(NamesOf(Reader.GetMemberReference((MemberReferenceHandle)handle).Parent));
                break;
            case HandleKind.MethodDefinition:
            case HandleKind.FieldDefinition:
                uses.Add(DeclaringTypeOf(handle)!);
                break;
            default:
                uses.UnionWith(NamesOf(handle));
                break;
        }
    }

    private static EntityHandle HandleOf(Instruction instruction) => instruction.Code.OperandType switch
    {
        System.Reflection.Emit.OperandType.InlineField or System.Reflection.Emit.OperandType.InlineMethod
            or System.Reflection.Emit.OperandType.InlineTok or System.Reflection.Emit.OperandType.InlineType
            => MetadataTokens.EntityHandle(instruction.Token),
        _ => default,
    };

    private NamedType? DeclaringTypeOf(EntityHandle member) => member.Kind switch
    {
        HandleKind.MethodDefinition => NameOf(Reader.GetMethodDefinition((MethodDefinitionHandle)member).GetDeclaringType()),
        HandleKind.FieldDefinition => NameOf(Reader.GetFieldDefinition((FieldDefinitionHandle)member).GetDeclaringType()),
        HandleKind.MemberReference => NamesOf(Reader.GetMemberReference((MemberReferenceHandle)member).Parent).FirstOrDefault(),
        _ => NamesOf(member).FirstOrDefault(),
    };

    private string MemberName(EntityHandle member) => member.Kind switch
    {
        HandleKind.MethodDefinition => Reader.GetString(Reader.GetMethodDefinition((MethodDefinitionHandle)member).Name),
        HandleKind.FieldDefinition => Reader.GetString(Reader.GetFieldDefinition((FieldDefinitionHandle)member).Name),
        HandleKind.MemberReference => Reader.GetString(Reader.GetMemberReference((MemberReferenceHandle)member).Name),
        _ => "",
    };

    private bool IsModule(TypeDefinition type) => Reader.StringComparer.Equals(type.Name, "<Module>");
}
